"""How fast this project is beside what people use today, measured on one machine in one go."""
