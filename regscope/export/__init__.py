"""A trained network taken out of the project: `python -m regscope.export STUDY REG`."""
