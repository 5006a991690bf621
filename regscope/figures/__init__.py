"""Everything that is drawn of a study: one file a figure, one place for colours and names.

A figure is a function `draw(data) -> Figure` of a study's `StudyData`. Nothing here imports torch.
"""
