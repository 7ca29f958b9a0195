# The program and its page, for a machine that runs containers; docs/how-to/docker.md says how to use it.
FROM python:3.13-slim AS build
COPY pyproject.toml README.md LICENSE /source/
COPY recommender /source/recommender
COPY profiles /source/profiles
COPY docs/share /source/docs/share
# others by `docker build --build-arg EXTRAS=web,oidc`
ARG EXTRAS=web
RUN python -m venv /opt/recommender \
    && /opt/recommender/bin/pip install --no-cache-dir "/source[$EXTRAS]"

FROM python:3.13-slim
COPY --from=build /opt/recommender /opt/recommender
RUN useradd --uid 10001 --no-create-home --home-dir /data recommender \
    && install -d -o recommender -g recommender -m 700 /data
ENV PATH="/opt/recommender/bin:$PATH" \
    RECOMMEND_HOME=/data \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8022
# looks at files alone and asks no server; ends with 9 where something is wrong
HEALTHCHECK --interval=30m --timeout=1m --start-period=1m CMD ["recommend", "doctor"]
ENTRYPOINT ["recommend"]
CMD ["today"]
