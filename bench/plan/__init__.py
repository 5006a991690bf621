"""The plan of a training, played on more workers than there are: which stack, where and when.

`record` trains stacks through the `pool` and has `watching` see what its engine does; what it found
is `recorded`. `times` and `costs` are what that comes to, `scenarios` what is played, by `simulate`
and its clock, `play`; `scaling` and `checked` are what comes out, told by `page` and `figure`.
"""
