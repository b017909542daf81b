"""Users and health checks of public projects' services against what their images' Dockerfiles say, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.config import Config
from lintstack.model import Service
from lintstack.scope import Options
from lintstack.stacks import Stacks

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
# File, service, whether its process runs as root, whether it has a health check. "root" of an image whose entrypoint
# becomes another user (postgres, redis, mysql, ghost…) is not root, as long as the command is the image's own program:
# what `sh -c` starts stays root.
TRUTH = """
CTFd__CTFd/docker-compose.yml                                           ctfd            no   no
CTFd__CTFd/docker-compose.yml                                           nginx           yes  no
CTFd__CTFd/docker-compose.yml                                           db              no   no
CTFd__CTFd/docker-compose.yml                                           cache           no   no
DSpace__dspace-angular/docker/docker-compose-rest.yml                   dspacedb        no   no
Islandora-Devops__isle-site-template/docker-compose.yml                 traefik         yes  yes
MISP__misp-docker/docker-compose.yml                                    redis           yes  yes
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
# Drawn by lot, over the repositories in turn: file, service, the user that it starts as, whether its process runs as
# root, and where its health check is: none, compose, dockerfile, base-image.
SAMPLE = """
CTFd__CTFd/docker-compose.yml                                permissions          root              yes  none
DSpace__dspace-angular/docker/docker-compose-dist.yml        dspace-angular       node              no   none
DSpace__dspace-angular/docker/docker-compose.yml             dspace-angular       root              yes  none
MISP__misp-docker/docker-compose.yml                         db                   root              no   compose
MISP__misp-docker/docker-compose.yml                         misp-core            root              yes  compose
MISP__misp-docker/docker-compose.yml                         misp-guard           root              yes  compose
MISP__misp-docker/docker-compose.yml                         misp-modules         misp              no   compose
TandoorRecipes__recipes/docs/install/docker/apache-proxy/docker-compose.yml web_recipes root yes none
TandoorRecipes__recipes/docs/install/docker/ipv6_plain/docker-compose.yml web_recipes root yes none
TandoorRecipes__recipes/docs/install/docker/nginx-proxy/docker-compose.yml web_recipes root yes none
TandoorRecipes__recipes/docs/install/docker/plain/docker-compose.yml db_recipes           root              no   none
TandoorRecipes__recipes/docs/install/docker/traefik-nginx/docker-compose.yml db_recipes root no none
TryGhost__ghost-docker/compose.yml                           tinybird-deploy      root              yes  none
TryGhost__ghost-docker/compose.yml                           tinybird-login       root              yes  none
TryGhost__ghost-docker/compose.yml                           tinybird-sync        root              yes  none
Unleash__unleash/.github/docker-compose.test.yml             frontend             root              yes  none
Unleash__unleash/docker-compose-enterprise.yml               db                   root              no   compose
Unleash__unleash/scripts/docker-compose.yml                  postgres             root              no   none
Unleash__unleash/test-migrations/docker-compose.yml          another-unleash      node              no   compose
Unleash__unleash/test-migrations/docker-compose.yml          db                   root              no   compose
docker__awesome-compose/nextcloud-postgres/compose.yaml      db                   root              no   none
docker__awesome-compose/nginx-golang-postgres/compose.yaml   proxy                root              yes  none
docker__awesome-compose/react-java-mysql/compose.yaml        db                   root              no   compose
docker__awesome-compose/react-java-mysql/compose.yaml        frontend             root              yes  none
docker__compose-for-agents/a2a/compose.yaml                  auditor-agent-a2a    app               no   none
docker__compose-for-agents/adk-sock-shop/compose.gcloud.yaml mongodb              root              no   compose
docker__compose-for-agents/adk-sock-shop/compose.yaml        mcp-gateway          root              yes  none
docker__compose-for-agents/spring-ai/compose.yaml            app                  root              yes  none
docker__genai-stack/docker-compose.yml                       front-end            root              yes  none
docker__genai-stack/docker-compose.yml                       llm-gpu              root              yes  none
dockersamples__example-voting-app/docker-compose.yml         worker               root              yes  none
dockersamples__example-voting-app/docker-stack.yml           db                   root              no   none
dockersamples__example-voting-app/result/docker-compose.test.yml sut                  root              yes  none
dockersamples__example-voting-app/result/docker-compose.test.yml vote                 root              yes  none
getredash__redash/.ci/compose.ci.yaml                        redis                root              no   none
getredash__redash/.ci/compose.cypress.yaml                   redis                root              no   none
getredash__redash/.ci/compose.cypress.yaml                   worker               redash            no   none
getredash__redash/compose.yaml                               worker               redash            no   none
kobotoolbox__kobo-docker/docker-compose.frontend.yml         nginx                root              yes  none
kobotoolbox__kobo-docker/docker-compose.maintenance.yml      maintenance          root              yes  none
laradock__laradock/nats/compose.yml                          nats                 0                 yes  none
laradock__laradock/pgvector/compose.yml                      pgvector             root              no   none
laradock__laradock/postgres-postgis/compose.yml              postgres-postgis     root              no   none
maxking__docker-mailman/docker-compose-mysql.yaml            database             root              no   none
maxking__docker-mailman/docker-compose-postorius.yaml        database             root              no   none
maxking__docker-mailman/docker-compose.yaml                  database             root              no   compose
mealie-recipes__mealie/docker/docker-compose.dev.yml         mailpit              root              yes  base-image
mealie-recipes__mealie/docker/docker-compose.dev.yml         postgres             root              no   none
n8n-io__n8n-hosting/docker-caddy/docker-compose.yml          n8n-runner           runner            no   none
n8n-io__n8n-hosting/docker-compose/subfolderWithSSL/docker-compose.yml initContainer        root              yes  none
n8n-io__n8n-hosting/docker-compose/subfolderWithSSL/docker-compose.yml n8n-runner           runner            no   none
n8n-io__n8n-hosting/docker-compose/withPostgresAndWorker/docker-compose.yml redis root no compose
nickjj__docker-django-example/compose.yaml                   css                  node              no   none
nickjj__docker-django-example/compose.yaml                   js                   node              no   none
nickjj__docker-django-example/compose.yaml                   redis                root              no   none
nickjj__docker-django-example/compose.yaml                   web                  python            no   compose
nickjj__docker-rails-example/compose.yaml                    css                  ruby              no   none
nickjj__docker-rails-example/compose.yaml                    js                   ruby              no   none
nickjj__docker-rails-example/compose.yaml                    postgres             root              no   none
nickjj__docker-rails-example/compose.yaml                    web                  ruby              no   compose
outline__outline/docker-compose.yml                          postgres             postgres:postgres no   none
outline__outline/docker-compose.yml                          redis                redis:redis       no   none
penpot__penpot/docker/devenv/docker-compose.infra.yml        postgres             root              no   none
penpot__penpot/docker/images/docker-compose.yaml             penpot-frontend      penpot:penpot     no   none
penpot__penpot/docker/images/docker-compose.yaml             penpot-mcp           penpot:penpot     no   none
pixelfed__pixelfed/.ddev/docker-compose.redis.yaml           redis                root              no   none
pixelfed__pixelfed/docker-compose.yml                        proxy                root              yes  compose
pixelfed__pixelfed/docker-compose.yml                        redis                root              no   compose
saleor__saleor-platform/docker-compose.yml                   cache                root              no   none
saleor__saleor-platform/docker-compose.yml                   db                   root              no   none
saleor__saleor-platform/docker-compose.yml                   jaeger               10001             no   none
saleor__saleor-platform/docker-compose.yml                   mailpit              root              yes  base-image
spring-petclinic__spring-petclinic-microservices/docker-compose.yml grafana-server       472               no   none
spring-petclinic__spring-petclinic-microservices/docker-compose.yml prometheus-server    nobody            no   none
spring-petclinic__spring-petclinic-microservices/docker-compose.yml tracing-server zipkin no base-image
taigaio__taiga-docker/docker-compose-inits.yml               taiga-manage         root              yes  none
taigaio__taiga-docker/docker-compose.yml                     taiga-async-rabbitmq root              no   none
taigaio__taiga-docker/docker-compose.yml                     taiga-back           root              no   none
taigaio__taiga-docker/docker-compose.yml                     taiga-db             root              no   compose
temporalio__docker-compose/docker-compose-cass-es.yml        temporal-ui          root              yes  none
temporalio__docker-compose/docker-compose-multirole.yaml     temporal-worker      temporal          no   none
temporalio__docker-compose/docker-compose-mysql.yml          temporal             temporal          no   none
temporalio__docker-compose/docker-compose-tls.yml            temporal-ui          root              yes  none
traefik__traefik/docs/content/user-guides/docker-compose/basic-example/docker-compose.yml whoami 0 yes none
traefik__traefik/integration/resources/compose/healthcheck.yml whoami1              0                 yes  none
traefik__traefik/integration/resources/compose/hostresolver.yml server1              0                 yes  none
traefik__traefik/integration/resources/compose/udp.yml       whoami-a             0                 yes  none
umami-software__umami/cypress/docker-compose.yml             umami                nextjs            no   compose
umami-software__umami/docker-compose.yml                     db                   root              no   compose
umami-software__umami/docker-compose.yml                     umami                nextjs            no   compose
umami-software__umami/podman/podman-compose.yml              db                   root              no   compose
vegasbrianc__prometheus/docker-compose.yml                   alertmanager         nobody            no   none
vegasbrianc__prometheus/docker-compose.yml                   grafana              472               no   none
vegasbrianc__prometheus/docker-stack.yml                     prometheus           nobody            no   none
vegasbrianc__prometheus/pwd-stack.yml                        node-exporter        nobody            no   none
wodby__docker4drupal/compose.yml                             mailpit              root              yes  base-image
wodby__docker4drupal/compose.yml                             traefik              root              yes  none
wodby__docker4drupal/tests/10/compose.yml                    zookeeper            root              no   none
wodby__docker4drupal/tests/cms/compose.yml                   zookeeper            root              no   none
"""
ROWS = [tuple(line.split()) for line in TRUTH.strip().splitlines()]
SAMPLED = [tuple(line.split()) for line in SAMPLE.strip().splitlines()]


@pytest.fixture(scope="module")
def judged() -> dict[tuple[str, str], Service]:
    """Every service of the files above."""
    if not CORPUS.is_dir():
        pytest.skip("the public projects are not here")
    files = sorted({str(CORPUS / row[0]) for row in (*ROWS, *SAMPLED)})
    found: dict[tuple[str, str], Service] = {}
    for stacks in Stacks(Options(tuple(files), Config())):
        for service in (service for stack in stacks for service in stack.services):
            path = str(Path(service.span.source.real or service.span.source.path).resolve())
            key = path.partition("/corpus/")[2], service.name
            if key not in found or (found[key].build and found[key].user.value.unknown):
                found[key] = service  # a file that another one includes knows less by itself
    return found


@pytest.mark.parametrize(("path", "name", "root", "healthy"), ROWS)
def test_users_and_health_checks(
    judged: dict[tuple[str, str], Service], path: str, name: str, root: str, healthy: str
) -> None:
    service = judged[path, name]
    assert (service.user.is_root.value, service.healthcheck.defined.value) == (root == "yes", healthy == "yes")


@pytest.mark.parametrize(("path", "name", "user", "root", "origin"), SAMPLED)
def test_a_sample_of_users_and_health_checks(
    judged: dict[tuple[str, str], Service], path: str, name: str, user: str, root: str, origin: str
) -> None:
    service = judged[path, name]
    check = service.healthcheck
    assert (service.user.value.value, service.user.is_root.value) == (user, root == "yes")
    assert (check.source.value or "none", check.defined.value) == (origin, origin != "none")
