#!/usr/bin/env bash
#SBATCH -J nwatch
#SBATCH --export=NONE
#SBATCH -p batch
#SBATCH -A newsroom
#SBATCH -o /shared/nwatch/logs/nwatch-%j.log
#SBATCH -n 1
#SBATCH --cpus-per-task=1
#SBATCH --mem=4096M
#SBATCH -t 0-08:00:00
#SBATCH --qos=normal
#SBATCH --constraint=avx2
export PYTHONSAFEPATH=1
export DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=0
export DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL='15 minutes'
export DASK_DISTRIBUTED__WORKER__MEMORY__TARGET=False
export DASK_DISTRIBUTED__WORKER__MEMORY__SPILL=False
export DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE=0.85
export DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE=0.95
export DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT=60s
export DASK_DISTRIBUTED__ADAPTIVE__WAIT_COUNT=30
export DASK_DISTRIBUTED__DIAGNOSTICS__NVML=False
exec /shared/nwatch/venv/bin/python -m distributed.cli.dask_worker tls://192.0.2.10:8786 --nanny --name nwatch-0 --nworkers 1 --nthreads 1 --memory-limit 4026531840 --lifetime 25920 --death-timeout 60 --dashboard-address 127.0.0.1:0 --protocol tls --tls-ca-file /shared/nwatch/certificates/ca.pem --tls-cert /shared/nwatch/certificates/worker.pem --tls-key /shared/nwatch/certificates/worker.pem
