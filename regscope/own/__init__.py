"""A person's own data made into a study: looked at, told, proposed for, and written."""
