"""An S3 server (moto) on a free port of this machine, with a bucket `facts` that keeps versions, and trouble on request.

Usage: s3_server.py [PORT]      prints the port, serves until its standard input ends
       s3_server.py --probe     exit code 0 where moto is installed

PUT /_trouble/WHAT/AFTER/PART sets what happens to a request whose path contains PART, after so many others of that kind:
  die     the process ends before the request is done
  hang    the request is not answered; nor is any later one of that kind
  refuse  the request is answered with 503, and so is any later one of that kind
  deny    the request is answered with 403, and so is any later one of that kind
  lose    the request is done, and its connection closed without an answer; once
PUT /_trouble/none ends it. GET /_log gives the requests since then, as JSON: [method, path, range].
GET /_versions gives how many versions each key has, without delete markers.
"""

import json
import os
import socket
import sys
import threading


BUCKET = "facts"


class Troubled:
    """A WSGI application that notes requests, and fails those that it is told to fail."""

    def __init__(self, app):
        self.app = app
        self.lock = threading.Lock()
        self.log = []
        self.trouble = None
        self.s3 = None

    def __call__(self, environ, start_response):
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path.startswith("/_"):
            return self.control(path, start_response)
        what = self.fate(method, path, environ)
        if what == "die":
            os._exit(9)
        if what == "hang":
            threading.Event().wait()
        if what == "refuse":
            start_response("503 Slow Down", [("Content-Length", "0")])
            return [b""]
        if what == "deny":
            start_response("403 Forbidden", [("Content-Length", "0")])
            return [b""]
        if what == "lose":
            b"".join(self.app(environ, lambda *_: None))
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("an answer is lost")
        return self.app(environ, start_response)

    def fate(self, method, path, environ):
        with self.lock:
            self.log.append([method, path, environ.get("HTTP_RANGE", "")])
            if self.trouble is None or self.trouble["part"] not in f"{method} {path}":
                return None
            self.trouble["after"] -= 1
            if self.trouble["after"] >= 0:
                return None
            what = self.trouble["what"]
            if what == "lose":
                self.trouble = None
            return what

    def control(self, path, start_response):
        _, _, *words = path.split("/")
        if path == "/_versions":
            pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET)
            keys = [version["Key"] for page in pages for version in page.get("Versions", [])]
            answer = {key: keys.count(key) for key in keys}
        with self.lock:
            body = json.dumps(answer if path == "/_versions" else self.log).encode()
            if path.startswith("/_trouble/"):
                what, after, part = (words + ["0", ""])[:3]
                trouble = {"what": what, "after": int(after), "part": "/".join(words[2:]) or part}
                self.trouble, self.log = (None if what == "none" else trouble), []
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def main():
    import boto3
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    if sys.argv[1:] == ["--probe"]:
        return

    class Silent(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *_):
            pass

    app = Troubled(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", int((sys.argv[1:] or ["0"])[0]), app, threaded=True, request_handler=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    app.s3 = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{server.server_port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    app.s3.create_bucket(Bucket=BUCKET)
    app.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    app.log.clear()
    print(server.server_port, flush=True)
    sys.stdin.read()
    os._exit(0)


main()
