"""Users and health checks of public projects' services against what their images' Dockerfiles say, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.config import Config
from lintstack.stacks import Options, Stacks

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
# File, service, whether its process runs as root, whether it has a health check. "root" of an image whose entrypoint
# becomes another user (postgres, redis, mysql, ghost…) is not root.
TRUTH = """
CTFd__CTFd/docker-compose.yml                                           ctfd            no   no
CTFd__CTFd/docker-compose.yml                                           nginx           yes  no
CTFd__CTFd/docker-compose.yml                                           db              no   no
CTFd__CTFd/docker-compose.yml                                           cache           no   no
DSpace__dspace-angular/docker/docker-compose-rest.yml                   dspacedb        no   no
Islandora-Devops__isle-site-template/docker-compose.yml                 traefik         yes  yes
MISP__misp-docker/docker-compose.yml                                    redis           no   yes
TandoorRecipes__recipes/docs/install/docker/ipv6_plain/docker-compose.yml nginx_recipes yes  no
TandoorRecipes__recipes/docs/install/docker/ipv6_plain/docker-compose.yml db_recipes    no   yes
TryGhost__ghost-docker/compose.yml                                      caddy           yes  no
TryGhost__ghost-docker/compose.yml                                      ghost           no   no
TryGhost__ghost-docker/compose.yml                                      db              no   yes
Unleash__unleash/docker-compose.yml                                     web             no   yes
Unleash__unleash/docker-compose.yml                                     db              no   yes
Unleash__unleash/scripts/docker-compose.yml                             pgadmin         no   no
docker-mailserver__docker-mailserver/compose.yaml                       mailserver      yes  yes
docker__awesome-compose/apache-php/compose.yaml                         web             yes  no
docker__awesome-compose/elasticsearch-logstash-kibana/compose.yaml      elasticsearch   no   yes
docker__awesome-compose/elasticsearch-logstash-kibana/compose.yaml      logstash        no   no
docker__awesome-compose/elasticsearch-logstash-kibana/compose.yaml      kibana          no   no
docker__awesome-compose/minecraft/compose.yaml                          minecraft       no   yes
docker__awesome-compose/nextcloud-redis-mariadb/compose.yaml            redis           no   no
docker__awesome-compose/nextcloud-redis-mariadb/compose.yaml            db              no   no
docker__awesome-compose/nginx-wsgi-flask/compose.yaml                   nginx-proxy     no   yes
docker__awesome-compose/nginx-wsgi-flask/compose.yaml                   flask-app       no   yes
docker__awesome-compose/pihole-cloudflared-DoH/compose.yaml             pihole          yes  yes
docker__awesome-compose/plex/compose.yaml                               plex            no   no
docker__awesome-compose/portainer/compose.yaml                          portainer       yes  no
docker__awesome-compose/postgresql-pgadmin/compose.yaml                 postgres        no   no
docker__awesome-compose/prometheus-grafana/compose.yaml                 prometheus      no   no
docker__awesome-compose/prometheus-grafana/compose.yaml                 grafana         no   no
docker__awesome-compose/traefik-golang/compose.yaml                     frontend        yes  no
docker__awesome-compose/traefik-golang/compose.yaml                     backend         yes  no
docker__awesome-compose/wireguard/compose.yaml                          wireguard       yes  no
docker__awesome-compose/wordpress-mysql/compose.yaml                    wordpress       yes  no
docker__compose-for-agents/a2a/compose.yaml                             mcp-gateway     yes  no
docker__genai-stack/docker-compose.yml                                  llm             yes  no
docker__genai-stack/docker-compose.yml                                  database        no   yes
dockersamples__example-voting-app/docker-compose.yml                    vote            yes  yes
dockersamples__example-voting-app/docker-compose.yml                    db              no   yes
getredash__redash/compose.yaml                                          server          no   no
getredash__redash/compose.yaml                                          redis           no   no
n8n-io__n8n-hosting/docker-compose/withPostgresAndWorker/docker-compose.yml n8n         no   no
temporalio__docker-compose/docker-compose-postgres.yml                  temporal-ui     yes  no
temporalio__docker-compose/docker-compose-postgres.yml                  temporal-admin-tools no no
"""
ROWS = [tuple(line.split()) for line in TRUTH.strip().splitlines()]


@pytest.fixture(scope="module")
def judged() -> dict[tuple[str, str], tuple[bool | None, bool | None]]:
    """Verdicts on every service of the files above."""
    if not CORPUS.is_dir():
        pytest.skip("the public projects are not here")
    files = sorted({str(CORPUS / row[0]) for row in ROWS})
    found: dict[tuple[str, str], tuple[bool | None, bool | None]] = {}
    for stacks in Stacks(Options(tuple(files), Config())):
        for service in (service for stack in stacks for service in stack.services):
            path = str(Path(service.span.source.real or service.span.source.path).resolve())
            relative = path.partition("/corpus/")[2]
            found.setdefault((relative, service.name), (service.user.is_root.value, service.healthcheck.defined.value))
    return found


@pytest.mark.parametrize(("path", "name", "root", "healthy"), ROWS)
def test_users_and_health_checks(
    judged: dict[tuple[str, str], tuple[bool | None, bool | None]], path: str, name: str, root: str, healthy: str
) -> None:
    assert judged[path, name] == (root == "yes", healthy == "yes")
