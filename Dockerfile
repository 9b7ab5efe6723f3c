# SPDX-License-Identifier: MIT
# Stickler in a container, from the Debian package that a machine would get:
#   docker build -t stickler .
#   docker run --rm stickler check -f /etc/stickler/stickler.conf
# docs/operations.md says how to run it; conf/docker-compose.yml is an example with everything.

FROM debian:12 AS build
COPY . /src
WORKDIR /src
# Installs what building needs, first.
RUN ./stickler.sh package

FROM debian:12-slim
COPY --from=build /src/build/package/stickler_*.deb /tmp/
# Numbers that stay the same from image to image: files outside are made readable for them.
RUN groupadd --system --gid 843 stickler \
 && useradd --system --uid 843 --gid stickler --home-dir /nonexistent --no-create-home \
      --shell /usr/sbin/nologin stickler
RUN apt-get update \
 && apt-get install --yes --no-install-recommends /tmp/stickler_*.deb \
 && rm -rf /tmp/stickler_*.deb /var/lib/apt/lists/* \
 && install --directory --owner stickler --group stickler /run/stickler /var/lib/stickler
# Ports below 1024 need no root in a network of the container's own. On the host's network
# (--network host) they do: run it with --user root, and it becomes stickler by process.user.
USER stickler
ENTRYPOINT ["/usr/sbin/stickler"]
CMD ["run", "-f", "/etc/stickler/stickler.conf"]
