"""One thin script a stage of dvc.yaml: read params, call regscope, write outputs."""

import regscope.base.rare_collection  # noqa: F401
from regscope.arithmetic import steady_numpy

# What is gathered and drawn comes out alike on every processor. Nothing has loaded numpy yet.
steady_numpy()
