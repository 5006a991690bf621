"""Published claims, held against what the studies measured: claims.yaml to verdicts."""
