# The light installation with Lab Streaming Layer and files of laboratories; recordings are mounted at /data.
FROM python:3.13-slim

COPY pyproject.toml README.md LICENSE constraints.txt /source/
COPY src /source/src
RUN pip install --no-cache-dir --no-compile --constraint /source/constraints.txt '/source[live,formats]' && rm -r /source && useradd --create-home kinertia

USER kinertia
WORKDIR /data
EXPOSE 8470
ENTRYPOINT ["kinertia"]
