# What a node runs under AWS Batch, Kubernetes or Slurm with containers: docs/cloud.md.
# No CUDA base: the wheels that requirements.lock pins bring it; the host brings the driver.
FROM python:3.11-slim-trixie

# git for DVC and for the commit that runs record; gcc for the launchers that Triton compiles.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc git libc6-dev \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 vitpose && install --directory --owner=vitpose /vitpose-plus
WORKDIR /vitpose-plus

# 7 GB that are made anew when the lock changes, and only then.
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
COPY requirements.lock ./
COPY conf/cloud/install.sh conf/cloud/
RUN --mount=type=cache,target=/root/.cache conf/cloud/install.sh /opt/vitpose packages

COPY --chown=vitpose . .
RUN --mount=type=cache,target=/root/.cache conf/cloud/install.sh /opt/vitpose project

# The two of NVIDIA's container runtime are what a CUDA base would set.
ENV PATH=/opt/vitpose/bin:$PATH NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER vitpose
ENTRYPOINT ["/vitpose-plus/conf/cloud/run.sh"]
