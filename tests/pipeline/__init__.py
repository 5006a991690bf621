"""The DAG with the real DVC, on tiny studies in temporary copies of the working tree."""
