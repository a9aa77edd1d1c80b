"""PyCharm's project: `.idea/modules.xml`, one module, and a shared run configuration for each thing that one runs.

No file names an interpreter. The module inherits the project's, the run configurations take the module's
(`IS_MODULE_SDK`), and PyCharm offers the `.venv` that it finds in a project's folder; `misc.xml`, where PyCharm keeps that
choice by a name of this machine, is PyCharm's to write.

The run configurations lie in `.idea/runConfigurations` and not in `.run`: that folder is read with the project, by every
version, while `*.run.xml` elsewhere is looked for once the project is indexed, since 2020.1; and an exam folder shares its
`.idea` with nobody, which is what `.run` is for. File names are the same in every language, so that a second
`guildmark start` in another language adds nothing twice.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import PurePosixPath

from guildmark.client.workspace import STATE_FOLDER, BundleCategory
from guildmark.projects import commands, launcher

_IDEA = PurePosixPath(".idea")
_MODULE = "exam"
_EXCLUDED = (".venv", STATE_FOLDER)
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def files(categories: Iterable[BundleCategory]) -> dict[PurePosixPath, bytes]:
    """The files of the project, relative to the exam folder."""
    known = tuple(categories)
    found = {_IDEA / "modules.xml": _document(_modules()), _IDEA / f"{_MODULE}.iml": _document(_module(known))}
    for category in known:
        stem, group = f"category{category.number}", f"{category.folder}: {category.title}"
        found[_run(f"{stem}_run_starter")] = _shared(_starter(category, group))
        for command in commands.of_category(category):
            found[_run(f"{stem}_{command.key}")] = _shared(_command(command, group))
    for command in commands.of_exam():
        found[_run(command.key)] = _shared(_command(command, None))
    return found


def _run(stem: str) -> PurePosixPath:
    return _IDEA / "runConfigurations" / f"{stem}.xml"


def _modules() -> ET.Element:
    project = ET.Element("project", version="4")
    manager = ET.SubElement(project, "component", name="ProjectModuleManager")
    place = f"$PROJECT_DIR$/{_IDEA}/{_MODULE}.iml"
    ET.SubElement(ET.SubElement(manager, "modules"), "module", fileurl=f"file://{place}", filepath=place)
    return project


def _module(categories: Iterable[BundleCategory]) -> ET.Element:
    module = ET.Element("module", type="PYTHON_MODULE", version="4")
    manager = ET.SubElement(module, "component", name="NewModuleRootManager")
    # A module whose file lies in .idea has the folder above as its own.
    content = ET.SubElement(manager, "content", url="file://$MODULE_DIR$")
    for category in categories:  # a starter imports what lies beside it
        ET.SubElement(content, "sourceFolder", url=f"file://$MODULE_DIR$/{_written(category.folder)}", isTestSource="false")
    for folder in _EXCLUDED:
        ET.SubElement(content, "excludeFolder", url=f"file://$MODULE_DIR$/{folder}")
    ET.SubElement(manager, "orderEntry", type="inheritedJdk")
    ET.SubElement(manager, "orderEntry", type="sourceFolder", forTests="false")
    return module


def _starter(category: BundleCategory, group: str) -> ET.Element:
    folder = f"$PROJECT_DIR$/{_written(category.folder)}"
    return _configuration(
        commands.run_starter(category),
        group,
        {"SCRIPT_NAME": f"{folder}/{commands.STARTER}", "PARAMETERS": "", "WORKING_DIRECTORY": folder},
    )


def _command(command: commands.Command, group: str | None) -> ET.Element:
    return _configuration(
        command.title,
        group,
        {
            "SCRIPT_NAME": f"$PROJECT_DIR$/{launcher.PATH}",
            "PARAMETERS": " ".join(command.arguments),
            "WORKING_DIRECTORY": "$PROJECT_DIR$",
            "EMULATE_TERMINAL": "true",  # a bar of progress, and questions that can be answered
        },
    )


def _configuration(name: str, group: str | None, options: dict[str, str]) -> ET.Element:
    named = {"default": "false", "name": _written(name), "type": "PythonConfigurationType", "factoryName": "Python"}
    configuration = ET.Element("configuration", named | ({} if group is None else {"folderName": _written(group)}))
    ET.SubElement(configuration, "module", name=_MODULE)
    ET.SubElement(ET.SubElement(configuration, "envs"), "env", name="PYTHONUNBUFFERED", value="1")
    # Without the roots on PYTHONPATH a run is the same as in a terminal: five folders have a module `starter`.
    common = {"PARENT_ENVS": "true", "SDK_HOME": "", "IS_MODULE_SDK": "true"}
    for option, value in {**common, "ADD_CONTENT_ROOTS": "false", "ADD_SOURCE_ROOTS": "false", **options}.items():
        ET.SubElement(configuration, "option", name=option, value=value)
    ET.SubElement(configuration, "method", v="2")
    return configuration


def _shared(configuration: ET.Element) -> bytes:
    component = ET.Element("component", name="ProjectRunConfigurationManager")
    component.append(configuration)
    return _text(component)


def _document(root: ET.Element) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + _text(root)


def _text(root: ET.Element) -> bytes:
    ET.indent(root)
    return ET.tostring(root, encoding="unicode").encode() + b"\n"


def _written(text: str) -> str:
    """`text` on one line, without what XML cannot write."""
    return " ".join(_UNWRITABLE.sub(" ", text).split())
