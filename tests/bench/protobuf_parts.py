# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What the bytes of a protobuf exposition are: protobuf_parts.py FILE TARGETS. The file is what
`bench_exposition serve TARGETS PORT text` answers to who accepts protobuf."""

import collections
import sys

with open(sys.argv[1], "rb") as file:
    b = file.read()
n = int(sys.argv[2])
def varint(b,i):
    r=s=0
    while True:
        c=b[i]; i+=1; r|=(c&127)<<s; s+=7
        if c<128: return r,i
def fields(b):
    i=0
    while i<len(b):
        st=i; t,i=varint(b,i); f,w=t>>3,t&7
        if w==0: v,i=varint(b,i)
        elif w==1: v=b[i:i+8]; i+=8
        elif w==2: l,i=varint(b,i); v=b[i:i+l]; i+=l
        yield f,w,v,i-st
P=collections.Counter(); i=0
series=hists=0
while i<len(b):
    l,j=varint(b,i); fam=b[j:j+l]; P['family']+=j-i; i=j+l
    for f,w,v,size in fields(fam):
        if f!=4: P['family']+=size; continue
        inner=0
        kinds=[]
        if not any(ff==1 and b'site-' in vv for ff,ww,vv,ss in fields(v)): P['exporter']+=size; continue
        series+=1
        for ff,ww,vv,ss in fields(v):
            inner+=ss
            if ff==1:
                k='labels of the target' if (b'\x06target' in vv or b'\x06region' in vv) else 'labels of the metric'
                P[k]+=ss
            else:
                P['envelope']+=ss-len(vv)
                h=ff==7
                hists+=h
                for f3,w3,v3,s3 in fields(vv):
                    if not h: P['start' if f3==3 else ('value 0' if v3==bytes(8) else 'value')]+=s3
                    elif f3==3: P['classic buckets']+=s3
                    elif f3==15: P['start']+=s3
                    elif f3 in(12,13): P['native spans, deltas']+=s3
                    else: P['histogram count,sum,schema..']+=s3
        P['envelope']+=size-inner
tot=sum(P.values())
print(len(b),tot,series/n,hists/n)
for k,v in P.most_common(): print(f"{k}: {v/n:.0f} B a target")
