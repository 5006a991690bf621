"""The plan of a training, played on more workers than there are: which stack, where and when."""
