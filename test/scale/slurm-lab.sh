#!/bin/bash
# One-node Slurm for tests: no systemd, as root, loopback only, everything under one folder.
# usage: slurm-lab.sh start DIR [CPUS] [GPUS] | stop DIR | env DIR
# needs: apt-get install -y --no-install-recommends slurm-wlm munge   (Debian 12: Slurm 22.05.8, munge 0.5.15)
set -euo pipefail
verb=$1; dir=$(mkdir -p "$2" && cd "$2" && pwd); cpus=${3:-8}; gpus=${4:-2}; host=$(hostname -s)
conf=$dir/etc/slurm.conf
case $verb in
env) echo "export SLURM_CONF=$conf";;
start)
  mkdir -p "$dir"/{etc,run,log,dev,spool/ctld,spool/d}; chmod 755 "$dir" "$dir"/*
  [ -s "$dir/etc/munge.key" ] || (umask 077; head -c 128 /dev/urandom > "$dir/etc/munge.key")
  # fake GPUs: gres.conf insists on character or block devices; a second /dev/null will do
  for ((i=0; i<gpus; i++)); do [ -e "$dir/dev/nvidia$i" ] || mknod "$dir/dev/nvidia$i" c 1 3; done
  cat > "$conf" <<C
ClusterName=pitwall
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/run/munge.socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPort=${SLURM_LAB_PORT:-16817}
SlurmdPort=$(( ${SLURM_LAB_PORT:-16817} + 1 ))
StateSaveLocation=$dir/spool/ctld
SlurmdSpoolDir=$dir/spool/d
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.log
MailProg=/bin/true
MpiDefault=none
ProctrackType=${SLURM_LAB_PROCTRACK:-proctrack/linuxproc}
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
ReturnToService=2
KillWait=30
MinJobAge=300
JobCompType=jobcomp/filetxt
JobCompLoc=$dir/log/jobcomp.log
GresTypes=gpu
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=4000 Gres=gpu:$gpus State=UNKNOWN
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=spare Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=0
C
  echo "NodeName=$host Name=gpu File=$dir/dev/nvidia[0-$((gpus-1))]" > "$dir/etc/gres.conf"
  printf 'CgroupPlugin=cgroup/v1\nCgroupMountpoint=/sys/fs/cgroup\nCgroupAutomount=no\n' > "$dir/etc/cgroup.conf"
  munged --key-file="$dir/etc/munge.key" --socket="$dir/run/munge.socket" --pid-file="$dir/run/munged.pid" \
         --seed-file="$dir/run/munged.seed" --log-file="$dir/log/munged.log"
  export SLURM_CONF=$conf
  slurmctld -f "$conf"            # both daemonise themselves and write their pid files
  slurmd    -f "$conf"
  for ((i=0; i<100; i++)); do [ "$(sinfo -h -o %T 2>/dev/null | head -1)" = idle ] && { echo "ready after $((i*100)) ms; export SLURM_CONF=$conf"; exit 0; }; sleep .1; done
  echo 'not ready'; tail -5 "$dir"/log/slurm*.log; exit 1;;
stop)
  export SLURM_CONF=$conf
  timeout 15 scancel --user=root 2>/dev/null || true
  for ((i=0; i<80; i++)); do [ -z "$(timeout 5 squeue -h 2>/dev/null)" ] && break; sleep .1; done
  for d in slurmd slurmctld munged; do f=$dir/run/$d.pid; [ -s "$f" ] && kill "$(cat "$f")" 2>/dev/null || true
    for ((i=0; i<50; i++)); do [ -s "$f" ] && kill -0 "$(cat "$f" 2>/dev/null)" 2>/dev/null || break; sleep .1; done; done; echo stopped;;
esac
