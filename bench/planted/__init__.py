"""Data made so that the right advice is known: does `regscope advise` give it?"""
