"""The table of probes: what code tries that has already escaped the loader, and which layers hold it, each by itself.

    N   namespaces of the worker's own: users, processes, IPC, mounts with a narrow /proc, network
    L   Landlock
    S   the filter of system calls
    R   limits on resources
    r   limits on resources that bind an unprivileged user alone, so they show in bubblewrap only
    b   bubblewrap with the zygote's filter, its closed descriptors and the watch on memory: a worker without any layer

N, L, S and R are tried one at a time on the bare kernel, in fresh namespaces that hold nothing back (`control_probes`); r and b
in a worker of a real zygote. Calls that only a real administrator could carry out are shown to be live as such
(`as_administrator`), with arguments that do no harm.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "probes"


@dataclass(frozen=True)
class Probe:
    """A function of a module in `probes`, and the layers that hold it by themselves."""

    module: str
    name: str
    held_by: str
    as_administrator: bool = False

    @property
    def source(self) -> Path:
        """The file that it stands in."""
        return FOLDER / f"{self.module}.py"


def _rows(module: str, *rows: tuple[str, str] | tuple[str, str, bool]) -> tuple[Probe, ...]:
    return tuple(Probe(module, *row) for row in rows)


PROCESSES: Final = _rows(
    "processes",
    ("fork", "S"),
    ("spawn", "LSb"),
    ("clone_with_a_user_namespace", "S"),
    ("clone3", "Sb"),
    ("execve", "LSb"),
    ("execute_from_memory", "Sb"),
    ("execute_memory_of_its_own", "NLSb"),
    ("signal_others", "NLS"),
    ("signal_everything", "NS"),
    ("signal_its_parent", "NLS"),
    ("trace_others", "NLSb"),
    ("be_traced", "Sb"),
    ("read_memory_of_its_parent", "NLSb"),
    ("take_descriptors_of_its_parent", "NLSb"),
    ("facts_of_other_processes", "N"),
    ("facts_of_its_own_process", "N"),
    ("facts_of_the_host", "N"),
    ("folder_of_descriptors", "N"),
    ("settings_of_its_own_process", "NL"),
    ("the_root_of_others", "NLb"),
    ("its_own_memory_by_file", "NL"),
    ("daemon", "Sb"),
    ("session_of_its_own", "S"),
    ("priority", "Sb"),
)

NETWORK: Final = _rows(
    "network",
    ("connect_to_the_host", "NLSb"),
    ("internet_socket", "Sb"),
    ("internet_6_socket", "Sb"),
    ("datagrams", "NSb"),
    ("raw_socket", "NSb"),
    ("packet_socket", "NSb"),
    ("routes_of_the_kernel", "Sb"),
    ("socket_of_a_virtual_machine", "Sb"),
    ("socket_by_path", "Sb"),
    ("socket_without_a_path", "NLSb"),
    ("listen", "LSb"),
    ("pair_of_sockets", "Sb"),
    ("ring_of_calls", "Sb"),
    ("shared_memory", "Sb"),
    ("shared_memory_of_a_sibling", "NSb"),
    ("semaphores", "Sb"),
    ("queue_of_messages", "Sb"),
    ("queue_by_name", "LSb"),
    ("file_of_a_sibling", "Lb"),
)

FILES: Final = _rows(
    "files",
    ("read_the_host", "Lb"),
    ("read_the_secret", "Lb"),
    ("read_the_program", "Lb"),
    ("list_the_host", "L"),
    ("open_a_path_only", "b"),
    ("write_the_host", "Lb"),
    ("change_the_secret", "Lb"),
    ("change_the_grader", "Lb"),
    ("remove_the_secret", "Lb"),
    ("change_its_mode", "b"),
    ("link_out", "LSb"),
    ("make_a_link", "LS"),
    ("second_name", "LSb"),
    ("special_files", "LSb"),
    ("devices", "L"),
    ("enter_by_handle", "NLSb", True),
    ("inherited_descriptors", "b"),
)

POWERS: Final = _rows(
    "powers",
    ("mount_memory", "NLSb"),
    ("mount_anew", "NSb"),
    ("unmount", "S"),
    ("another_root", "NSb"),
    ("swap_roots", "NSb"),
    ("new_users", "S"),
    ("new_mounts", "NSb"),
    ("new_network", "NSb"),
    ("enter_namespaces", "Sb"),
    ("become_root", "Sb"),
    ("be_root_already", "b"),
    ("have_capabilities", "Nb"),
    ("programs_in_the_kernel", "Sb"),
    ("watch_performance", "Sb"),
    ("handle_page_faults", "Sb"),
    ("keys", "Sb"),
    ("keys_of_the_session", "Sb"),
    ("type_into_a_terminal", "S"),
    ("addresses_that_do_not_vary", "Sb"),
    ("set_the_clock", "NSb", True),
    ("name_the_host", "NSb"),
    ("restart_the_machine", "NSb"),
    ("swap_to_a_file", "NSb", True),
    ("module_for_the_kernel", "Sb", True),
    ("module_from_a_file", "Sb", True),
    ("another_kernel", "Sb", True),
    ("quotas", "Sb"),
    ("log_of_the_kernel", "NSb", True),
    ("watch_files_of_all", "Sb"),
    ("table_of_segments", "Sb"),
    ("ports_of_the_machine", "Sb", True),
    ("level_of_the_machine", "Sb", True),
    ("memory_as_a_file", "Sb"),
    ("memory_that_stays", "SRb"),
    ("outlive_the_parent", "S"),
    ("stay_undumpable", "S"),
    ("calls_of_another_machine", "Sb"),
)

AMOUNTS: Final = _rows(
    "amounts",
    ("fill_the_scratch_folder", "Nb"),
    ("one_large_file", "R"),
    ("many_files", "N"),
    ("many_descriptors", "R"),
    ("large_pipes", "S"),
    ("core_file", "Rb"),
    ("threads_without_end", "r"),
    ("forks_without_end", "Sr"),
    ("raise_limits", "R"),
    ("take_memory", "Rb"),
    ("take_shared_memory", "b"),
)

PROBES: Final = (*PROCESSES, *NETWORK, *FILES, *POWERS, *AMOUNTS)

HOSTS_MAY_REFUSE: Final = frozenset(
    {"ring_of_calls", "watch_performance", "handle_page_faults", "programs_in_the_kernel", "keys", "log_of_the_kernel"}
)
"""Calls that some hosts refuse to everybody by a setting of their own: there, nothing is left to show."""
