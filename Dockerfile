# One image for every process; compose.yaml says which command each runs.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/dispatch
COPY requirements/pip.txt requirements/run.txt requirements/
RUN /opt/dispatch/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/pip.txt \
 && /opt/dispatch/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .
RUN /opt/dispatch/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
# A number, so that Kubernetes and rootless engines can see that it is not root.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin dispatch \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/dispatch /opt/dispatch
ENV PATH=/opt/dispatch/bin:$PATH PYTHONUNBUFFERED=1 DISPATCH_DATA_DIR=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["dispatch"]
CMD ["--help"]
