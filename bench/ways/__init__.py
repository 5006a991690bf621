"""The ways of training that are compared: one script each, each started as a process of its own."""
