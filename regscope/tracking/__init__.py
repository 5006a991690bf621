"""Studies in MLflow: what is logged there, once each, and how to look at it.

Nothing here trains or measures: `python -m stages.track STUDY` reads what the other stages wrote.
Its modules are light until there is something to log; only then is mlflow imported.
"""
