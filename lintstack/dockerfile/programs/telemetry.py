"""Tools that report how they are used unless a variable says otherwise, with where they say so."""

from __future__ import annotations

from lintstack.dockerfile.shell.script import Command

# Tool → variables that switch it off, the tool's own first. Each is in the tool's documentation:
# learn.microsoft.com (dotnet/core/tools/telemetry, powershell about_Telemetry, cli/azure, azure-functions),
# nextjs.org/telemetry, nuxt.com and github.com/nuxt/telemetry, gatsbyjs.com/docs/telemetry, astro.build/telemetry,
# angular.dev/cli/analytics, turborepo.com/docs/telemetry, storybook.js.org/docs/configure/telemetry, docs.brew.sh,
# docs.aws.amazon.com (serverless-sam-telemetry), developers.cloudflare.com (wrangler), prisma.io/docs,
# developer.hashicorp.com, learn.microsoft.com/vcpkg, docs.expo.dev.
OPT_OUTS: dict[str, tuple[str, str]] = {
    "astro": ("ASTRO_TELEMETRY_DISABLED", "1"),
    "az": ("AZURE_CORE_COLLECT_TELEMETRY", "0"),
    "brew": ("HOMEBREW_NO_ANALYTICS", "1"),
    "dotnet": ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
    "expo": ("EXPO_NO_TELEMETRY", "1"),
    "func": ("FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT", "1"),
    "gatsby": ("GATSBY_TELEMETRY_DISABLED", "1"),
    "next": ("NEXT_TELEMETRY_DISABLED", "1"),
    "ng": ("NG_CLI_ANALYTICS", "false"),
    "nuxi": ("NUXT_TELEMETRY_DISABLED", "1"),
    "nuxt": ("NUXT_TELEMETRY_DISABLED", "1"),
    "packer": ("CHECKPOINT_DISABLE", "1"),
    "prisma": ("CHECKPOINT_DISABLE", "1"),
    "pwsh": ("POWERSHELL_TELEMETRY_OPTOUT", "1"),
    "sam": ("SAM_CLI_TELEMETRY", "0"),
    "storybook": ("STORYBOOK_DISABLE_TELEMETRY", "1"),
    "terraform": ("CHECKPOINT_DISABLE", "1"),
    "turbo": ("TURBO_TELEMETRY_DISABLED", "1"),
    "vcpkg": ("VCPKG_DISABLE_METRICS", "1"),
    "wrangler": ("WRANGLER_SEND_METRICS", "false"),
}
# Tools that also heed the variable that several of them have agreed on.
DO_NOT_TRACK = frozenset({"turbo"})
_RUNNERS = frozenset({"npx", "bunx", "pnpx", "yarn", "pnpm", "npm", "bun"})
_VERBS = frozenset({"exec", "dlx", "x", "run"})
# dotnet starts an application without reporting it.
_QUIET = {"dotnet": (".dll", ".exe")}


def tool(command: Command) -> str:
    """The tool with telemetry that a command starts, behind npx and the like too; "" for none.

    Args:
        command: any command.
    """
    if command.name in OPT_OUTS:
        first = command.args[:1]
        return "" if first and first[0].endswith(_QUIET.get(command.name, ())) else command.name
    if command.name not in _RUNNERS:
        return ""
    words = [value for value in command.args if not value.startswith("-")]
    direct = command.name in ("npx", "bunx", "pnpx")
    if not direct and words and words[0] in _VERBS:
        direct = words[0] != "run"
        words = words[1:]
    elif command.name in ("npm", "bun"):
        return ""
    name = words[0].partition("@")[0] if words and (direct or command.name in ("yarn", "pnpm")) else ""
    return name if name in OPT_OUTS else ""


def switches_off(command: Command) -> bool:
    """Whether a command tells its tool not to report: `next telemetry disable`, `brew analytics off`."""
    return any("telemetry" in value.lower() or "analytics" in value.lower() for value in command.args)
