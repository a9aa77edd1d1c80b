"""The project model of the IntelliJ platform, from Debian's packages, as a reader of exam folders (see `ReadProject.java`)."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SOURCE: Final = Path(__file__).parent / "ReadProject.java"
JARS: Final = tuple(
    Path("/usr/share/java") / f"{name}.jar"
    for name in (
        "intellij-model-api",
        "intellij-model-impl",
        "intellij-model-serialization",
        "intellij-util",
        "intellij-util-rt",
        "jdom2-intellij",
        "libtrove-intellij",
        "org.jetbrains.annotations-java8",
    )
)
_JPS: Final = "org.jetbrains.jps"
SERVICES: Final = {
    f"{_JPS}.service.JpsServiceManager": f"{_JPS}.service.impl.JpsServiceManagerImpl",
    f"{_JPS}.service.SharedThreadPool": f"{_JPS}.service.impl.SharedThreadPoolImpl",
    f"{_JPS}.model.JpsElementFactory": f"{_JPS}.model.impl.JpsElementFactoryImpl",
    f"{_JPS}.model.ex.JpsExElementFactory": f"{_JPS}.model.impl.JpsExElementFactoryImpl",
    f"{_JPS}.model.java.JpsJavaExtensionService": f"{_JPS}.model.java.impl.JpsJavaExtensionServiceImpl",
    f"{_JPS}.model.serialization.JpsSerializationManager": f"{_JPS}.model.serialization.impl.JpsSerializationManagerImpl",
    f"{_JPS}.model.serialization.JpsModelSerializerExtension": (
        f"{_JPS}.model.serialization.java.JpsJavaModelSerializerExtension\nReadProject$Python"
    ),
}
"""Which class does what: JetBrains' jars say so in META-INF/services, which Debian's leave out. The last line adds ours."""


class Unreadable(Exception):
    """JetBrains' code does not take the folder as a project, or had something to say about it."""


@dataclass(frozen=True)
class Run:
    """What PyCharm executes for a run configuration: the project's interpreter with `arguments`, in `folder`."""

    arguments: tuple[str, ...]
    folder: Path
    environment: dict[str, str]

    @classmethod
    def of(cls, read: dict[str, Any]) -> "Run":
        """The run of a configuration as it was read, its macros expanded."""
        options = read["options"]
        arguments = (options["SCRIPT_NAME"], *options["PARAMETERS"].split())
        return cls(arguments, Path(options["WORKING_DIRECTORY"]), read["environment"])


class Reader:
    """Opens folders. Made once, because the compiler takes a second."""

    def __init__(self, classes: Path) -> None:
        services = classes / "META-INF" / "services"
        services.mkdir(parents=True)
        for service, implementation in SERVICES.items():
            (services / service).write_text(f"{implementation}\n")
        jars = ":".join(map(str, JARS))
        subprocess.run(["javac", "-cp", jars, "-d", classes, SOURCE], check=True)
        self._command = ["java", "-cp", f"{classes}:{jars}", "ReadProject"]

    def read(self, folder: Path) -> dict[str, Any]:
        """What is in the project; raises `Unreadable`, for a warning too."""
        ended = subprocess.run([*self._command, folder], capture_output=True, text=True, check=False)
        if ended.returncode or ended.stderr:
            raise Unreadable(ended.stderr)
        told: dict[str, Any] = json.loads(ended.stdout)
        return told

    def runs(self, folder: Path) -> dict[str, Run]:
        """What can be run in the project, by the name that its menu shows."""
        return {read["name"]: Run.of(read) for read in self.read(folder)["runs"]}
