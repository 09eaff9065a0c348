"""llama.cpp's HTTP server out of the wheel `xllamacpp`, started as llama-server is: the same arguments, the same first
line. Runs until it is told to end. Started by real_model.sh."""

import argparse
import signal
import sys
import threading

import xllamacpp

parser = argparse.ArgumentParser()
for name in ("model", "alias", "host", "chat-template"):
    parser.add_argument(f"--{name}", required=True)
for name in ("port", "ctx-size", "parallel", "threads"):
    parser.add_argument(f"--{name}", type=int, required=True)
for name in ("metrics", "offline", "jinja", "no-cache-prompt", "embeddings"):
    parser.add_argument(f"--{name}", action="store_true")
parser.add_argument("--pooling", choices=["mean"])
arguments = parser.parse_args()

params = xllamacpp.CommonParams()
params.model.path = arguments.model
params.model_alias = {arguments.alias}
params.hostnames = [arguments.host]
params.port = arguments.port
params.n_ctx = arguments.ctx_size
params.n_parallel = arguments.parallel
params.cpuparams.n_threads = arguments.threads
params.chat_template = arguments.chat_template
params.endpoint_metrics = arguments.metrics
params.offline = arguments.offline
params.use_jinja = arguments.jinja
params.cache_prompt = not arguments.no_cache_prompt
params.embedding = arguments.embeddings
if arguments.pooling:
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN

server = xllamacpp.Server(params)
print(f"listening on {server.listening_address}", flush=True)
ended = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ended.set())
while not ended.wait(1):  # a wait without end would not see the signal
    pass
sys.exit(0)
