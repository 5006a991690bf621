"""A trained network taken out of the project: `regscope export STUDY REG`."""
