"""Work on many recordings: in this process, in several, or on a Ray cluster; each once, whatever is killed."""
