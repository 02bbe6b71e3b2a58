"""Where sensors sit and what is wrong with them, found from gait without labels, on numpy alone."""
