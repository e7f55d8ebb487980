import time as clock, os
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.check_ins.test_any_life import *
from tests.check_ins import life as L
import sys
T={}
def timed(cls,name):
    f=getattr(cls,name)
    def g(*a,**k):
        t=clock.perf_counter()
        try: return f(*a,**k)
        finally:
            n,s=T.get(name,(0,0)); T[name]=(n+1,s+clock.perf_counter()-t)
    import functools
    setattr(cls,name,functools.wraps(f)(g))
for n in ("tick","_look","goes_on_until","set","change","rows"): timed(L.Life,n)
for n in ("teardown","_first_words","_compare","the_plan_is_that_of_the_facts","nothing_is_said_twice","what_is_over_has_a_reason_and_what_is_not_is_looked_at_again","_is_worked_on"): timed(Happenings,n)
class H(Happenings):
    def teardown(self):
        t=clock.perf_counter(); super().teardown()
        print("example", round(clock.perf_counter()-t,1), {k:(n,round(s,1)) for k,(n,s) in T.items()}, file=sys.stderr, flush=True)
def test_t(timed_parts,time,overheard):
    run_state_machine_as_test(lambda: H(timed_parts,time,overheard), settings=settings(max_examples=3,stateful_step_count=30,deadline=None,derandomize=True,phases=[Phase.generate],suppress_health_check=list(HealthCheck)))
