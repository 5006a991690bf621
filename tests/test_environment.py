from regscope.environment import environment


def test_the_device_and_precision_that_trained_are_stated() -> None:
    found = environment("NVIDIA H200", "tf32")
    assert (found["device"], found["precision"]) == ("NVIDIA H200", "tf32")
    assert environment("cpu", "float32") == {**found, "device": "cpu", "precision": "float32"}
