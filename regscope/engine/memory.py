"""How much memory this process and its workers take, and may still take."""

from __future__ import annotations

import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
PAGES = Path("/proc/self/statm")


def free_memory() -> int:
    """Bytes that are free on this machine, or within its control group where that is less."""
    import psutil

    available: int = psutil.virtual_memory().available
    return min([available, *free_in_cgroups(CGROUPS, MEMBERSHIP)])


def own_memory() -> int:
    """Bytes of this process that are no file's, as Linux counts them; elsewhere 0."""
    try:
        _, resident, shared, *_ = map(int, PAGES.read_text().split())
    except OSError:
        return 0
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE")


def free_in_cgroups(mounted: Path, membership: Path) -> list[int]:
    """Bytes that are free in each control group with a limit that the process belongs to.

    `mounted` is the folder of control groups, of version 1 or 2, and `membership` the process's
    list of its own. Cached files count as free, as far as they are not in use.
    """
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, names = mounted, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            root = mounted / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        # Within a container the path may be the host's, of which only the root is there.
        group = root / path.lstrip("/")
        for folder in (group, *group.parents):
            if folder.is_relative_to(root):
                found += _free_in(folder, *names)
    return found


def _free_in(group: Path, limit: str, usage: str, cached: str) -> list[int]:
    try:
        allowed = (group / limit).read_text().strip()
        used = int((group / usage).read_text())
        statistics = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    except OSError:
        return []
    if allowed == "max":
        return []
    return [max(0, int(allowed) - used + int(statistics.get(cached, 0)))]
