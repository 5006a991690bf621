"""Hold the claims of claims.yaml against the studies' results: `python -m stages.claims`."""

from regscope import paths, results
from regscope.claims.evidence import Evidence, read_paths
from regscope.claims.reading import load_claims
from regscope.claims.verdicts import counts, judge
from regscope.errors import run
from regscope.files import write_json
from regscope.params import load_params


def main() -> None:
    params = load_params()
    claims = load_claims(params)
    named = {claim.study for claim in claims.claims}
    evidence = {
        study: Evidence(results.load(study), *read_paths(study))
        for study in params.studies
        if study in named and (paths.summary(study) / "seeds.csv").is_file()
    }
    judged = judge(claims, evidence)
    counted = counts(judged["claims"])
    write_json(paths.CLAIMS, judged)
    write_json(paths.VERDICTS, counted)
    print(f"claims: {', '.join(f'{count} {verdict}' for verdict, count in counted.items())}")


if __name__ == "__main__":
    run(main)
