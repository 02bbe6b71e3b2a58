"""OpenSim models (.osim) as bodies: what a file says, and the tree that follows from it."""

from kinertia.opensim.model import Model
from kinertia.opensim.muscle_set import muscle_set
from kinertia.opensim.read import read
from kinertia.opensim.scaling import scaled
from kinertia.opensim.tree import Imported, build, load

__all__ = ["Imported", "Model", "build", "load", "muscle_set", "read", "scaled"]
