"""Measure all seeds of one cell: `python -m stages.evaluate STUDY REG`."""

from regscope import paths
from regscope.environment import environment
from regscope.errors import run
from regscope.files import whole_folder, write_csv, write_json, write_tensors
from regscope.results.study import ENVIRONMENT_FILE
from stages.arguments import cell_arguments


def main() -> None:
    name, study, reg = cell_arguments()
    with whole_folder(paths.evaluation(name, reg)) as folder:
        if reg not in study.cells:
            paths.mark_absent(folder, name, reg)
            return
        import torch

        from regscope.arithmetic import settle
        from regscope.datasets import Dataset
        from regscope.evaluation import EMPTY, evaluate_cell
        from regscope.training.allocator import keep_freed_memory

        # One thread: sums are then the same however many cores there are.
        torch.set_num_threads(1)
        if study.training.arithmetic == "portable" and (reason := settle("portable")):
            print(f"regscope: {name}/{reg}: not measured by portable arithmetic: {reason}")
            measured = environment("cpu", study.training.precision, "not portable")
            write_json(folder / ENVIRONMENT_FILE, measured)
        keep_freed_memory()
        dataset = Dataset.load(paths.prepared(name))
        result = evaluate_cell(study, reg, paths.model(name, reg), dataset)
        for table, rows in result.tables.items():
            write_csv(folder / f"{table}.csv", rows, EMPTY.get(table, ()))
        write_tensors(folder / "arrays.safetensors", result.arrays)


if __name__ == "__main__":
    run(main)
