"""Strength paths and pairs: what a method does over its strengths, and beside another one."""
