"""One thin script a stage of dvc.yaml: read params, call regscope, write outputs."""

import regscope.rare_collection  # noqa: F401
