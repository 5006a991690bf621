from regscope.base.environment import environment


def test_the_device_and_precision_that_trained_are_stated() -> None:
    found = environment("NVIDIA H200", "tf32")
    assert (found["device"], found["precision"]) == ("NVIDIA H200", "tf32")
    assert environment("cpu", "float32") == {**found, "device": "cpu", "precision": "float32"}
    assert {"processor", "system", "python", "torch", "numpy"} < set(found)


def test_portable_numbers_come_from_no_machine() -> None:
    found = environment("cpu", "float32", "portable")
    assert found["arithmetic"] == "portable"
    assert set(found) == {"device", "precision", "arithmetic", "torch", "numpy"}


def test_what_was_asked_for_in_vain_is_stated_with_the_machine() -> None:
    found = environment("cpu", "float32", "not portable")
    assert found == {**environment("cpu", "float32"), "arithmetic": "not portable"}
