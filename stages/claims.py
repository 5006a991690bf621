"""Hold the claims of claims.yaml against the studies' results: `python -m stages.claims`."""

from regscope import results
from regscope.advice.stored import stored_of
from regscope.base import paths
from regscope.base.checksums import with_checksum
from regscope.base.errors import run
from regscope.base.files import write_json
from regscope.claims.advised import over_tables, read_advised
from regscope.claims.evidence import Evidence, apart, read_paths
from regscope.claims.measures import OVER_TABLES
from regscope.claims.reading import load_claims
from regscope.claims.rule import VERDICTS
from regscope.claims.verdicts import counts, judge
from regscope.study.params import load_params


def main() -> None:
    params = load_params()
    claims = load_claims(params)
    named = {claim.study for claim in claims.claims}
    advice = stored_of(params.studies)
    evidence = {
        name: Evidence(
            results.load(name),
            *read_paths(name),
            study.evaluation.matters,
            advised=read_advised(name, advice[name]) if name in advice else None,
        )
        for name, study in params.studies.items()
        if name in named and results.has_results(name)
    }
    evidence[OVER_TABLES] = apart(over_tables(advice))
    judged = judge(claims, evidence)
    counted = counts(judged["claims"])
    write_json(paths.CLAIMS, with_checksum(judged))
    write_json(paths.VERDICTS, counted)
    firm = counted["firm"]
    told = ", ".join(
        f"{counted[verdict]} {verdict}" + (f" ({firm[verdict]} firm)" if verdict in firm else "")
        for verdict in VERDICTS
        if counted[verdict]
    )
    print(f"claims: {told or 'none'}")


if __name__ == "__main__":
    run(main)
