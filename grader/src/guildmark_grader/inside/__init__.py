"""INSIDE bubblewrap: the zygote, and what it does to each child before a stranger's file comes near it.

Theory of operation. `zygote` imports a framework once and computes nothing with it, for a framework that has computed does
not survive a fork. For each job it forks a `monitor`, and this one, in namespaces of its own, the worker: process 1 of a
process namespace, so that all it may have begotten ends with it. Before the worker meets a file it locks itself down
(`lockdown`), and nothing undoes that. The zygote never reads a byte that a worker wrote; the monitor reads numbers of the
kernel's alone.

Nothing here imports more than the standard library and `worker`.
"""
