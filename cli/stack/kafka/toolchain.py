"""Finds Java and Maven, and names the command that installs the one that is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from keeptrusts.cli.stack.failure import StackError

MINIMUM_JAVA = 17
_PROBE_SECONDS = 20

_INSTALLERS = (
    ("apt-get", "sudo apt-get install -y {apt}"),
    ("dnf", "sudo dnf install -y {dnf}"),
    ("brew", "brew install {brew}"),
)
_JAVA = {"apt": "openjdk-17-jre-headless", "dnf": "java-17-openjdk-headless", "brew": "openjdk@17"}
_MAVEN = {"apt": "maven", "dnf": "maven", "brew": "maven"}


def find_java(environment: Mapping[str, str] = os.environ) -> Path:
    """The `java` of JAVA_HOME, else of PATH. Raises StackError when it is missing or older than Java 17."""
    java = _java_candidate(environment)
    if java is None:
        raise StackError("Java is not installed, and Kafka needs it.", fix=_install(_JAVA, environment))
    major = java_major_version(_version_text(java))
    if major is None:
        raise StackError(f"{java} does not tell its version.", fix=_install(_JAVA, environment))
    if major < MINIMUM_JAVA:
        raise StackError(
            f"{java} is Java {major}; Kafka needs Java {MINIMUM_JAVA} or newer.",
            fix=_install(_JAVA, environment) + " (and let JAVA_HOME or PATH name it)",
        )
    return java


def find_maven(environment: Mapping[str, str] = os.environ) -> Path:
    """The `mvn` of PATH. Raises StackError when it is missing."""
    found = shutil.which("mvn", path=environment.get("PATH"))
    if found is None:
        raise StackError("Maven (mvn) is not installed; it fetches Kafka's jars.", fix=_install(_MAVEN, environment))
    return Path(found)


def java_major_version(version_text: str) -> int | None:
    """17 from `openjdk version "17.0.15"`, 8 from `java version "1.8.0_301"`; None when there is none."""
    match = re.search(r'version "(\d+)(?:\.(\d+))?', version_text)
    if match is None:
        return None
    first, second = int(match.group(1)), match.group(2)
    return int(second) if first == 1 and second is not None else first


def _java_candidate(environment: Mapping[str, str]) -> Path | None:
    home = environment.get("JAVA_HOME")
    if home and (java := Path(home) / "bin" / "java").is_file():
        return java
    found = shutil.which("java", path=environment.get("PATH"))
    return Path(found) if found else None


def _version_text(java: Path) -> str:
    try:
        answer = subprocess.run(
            [str(java), "-version"], capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stderr + answer.stdout


def _install(packages: Mapping[str, str], environment: Mapping[str, str]) -> str:
    for program, command in _INSTALLERS:
        if shutil.which(program, path=environment.get("PATH")):
            return command.format(**packages)
    return _INSTALLERS[0][1].format(**packages)
