"""The stack as it would run: frozen subjects whose attributes are facts with origins.

Attributes listed in a docstring are facts that rule pages may name and `lintstack facts` prints. Built by `join/` only.
"""

from __future__ import annotations

from lintstack.model.address import Address
from lintstack.model.build import Build, Healthcheck, Image, Logging, User, Watch
from lintstack.model.copy import Copy
from lintstack.model.dockerfile import Dockerfile, Stage
from lintstack.model.files import ComposeFile, Dotenv, Extension, Feature, Include, Override, Project, Suppression
from lintstack.model.instruction import Assignment, Command, Instruction, Label, Run, VariableUse
from lintstack.model.network import Attachment, Network
from lintstack.model.packages import Package, PackageCall
from lintstack.model.parts import Dependency, Mount, Port, Reference, Resource
from lintstack.model.scripts import Remark, Script
from lintstack.model.service import Service
from lintstack.model.stack import Stack
from lintstack.model.values import Interpolation, Rewrite, Variable

__all__ = [
    "Address",
    "Assignment",
    "Attachment",
    "Build",
    "Command",
    "ComposeFile",
    "Copy",
    "Dependency",
    "Dockerfile",
    "Dotenv",
    "Extension",
    "Feature",
    "Healthcheck",
    "Image",
    "Include",
    "Instruction",
    "Interpolation",
    "Label",
    "Logging",
    "Mount",
    "Network",
    "Override",
    "Package",
    "PackageCall",
    "Port",
    "Project",
    "Reference",
    "Remark",
    "Resource",
    "Rewrite",
    "Run",
    "Script",
    "Service",
    "Stack",
    "Stage",
    "Suppression",
    "User",
    "Variable",
    "VariableUse",
    "Watch",
]
