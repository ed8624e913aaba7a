# SPDX-License-Identifier: Apache-2.0
"""Other people's solvers on our model: one right-hand side, one grid, each as its users run it.

Every peer is a function of children's cells that gives back `solve(tolerance) -> values[n, g, S]`.
What is made once (compiling, reading a model) is made before the clock starts. The right-hand side
comes from `cartulary.twin.equations` each time, never by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from cartulary.twin import equations
from cartulary.twin.engines.inputs import with_constants
from cartulary.twin.equations import CELL_CONSTANTS, CELL_PARAMETERS, CELL_STATES, cell_changes
from cartulary.twin.sbml import SbmlChild, sbml_text, written

Floats = np.ndarray
Solve = Callable[[float], Floats]
STATES = len(CELL_STATES)
OWN = len(CELL_PARAMETERS) + len(CELL_CONSTANTS)


def ours(start: Floats, cells: Floats, grid: Floats) -> Solve:
    from cartulary.twin.engines import lanes

    # Blocks follow one another in a simulation, into the same memory.
    room = np.zeros((start.shape[1], grid.size, STATES))

    def solve(tolerance: float) -> Floats:
        return lanes.solve(start, cells, grid, tolerance=tolerance, threads=1, into=room).values

    return solve


def _compiled_changes() -> Any:
    """The right-hand side compiled by Numba with the C library's exp and log."""
    from numba import njit

    flags = {"contract", "nsz", "arcp", "afn", "reassoc"}
    plain = FunctionType(cell_changes.__code__, cell_changes.__globals__, "plain_changes")
    return njit(fastmath=flags, error_model="numpy", forceinline=True)(plain)


def _arguments(text: str) -> str:
    states = ", ".join(f"y[{i}]" for i in range(STATES))
    own = ", ".join(f"p[{i}]" for i in range(OWN))
    return text.replace("STATES", states).replace("OWN", own)


def _made(text: str, **names: Any) -> Any:
    exec(text, names)
    return names["made"]


def numbalsoda_lsoda(start: Floats, cells: Floats, grid: Floats) -> Solve:
    try:
        import numbalsoda
    except ImportError as missing:
        # Not among the requirements: it has no wheel for every machine that we test on.
        raise SystemExit(
            f"left out, since numbalsoda cannot be imported here ({missing}). It has no wheel for "
            "every machine; to have it beside the others: pip install numbalsoda."
        ) from missing
    from numba import cfunc, njit

    own = with_constants(cells)
    text = _arguments(
        "def made(t, y, dy, p):\n"
        "    f = changes(t, STATES, OWN)\n" + "".join(f"    dy[{i}] = f[{i}]\n" for i in range(9))
    )
    right = cfunc(numbalsoda.lsoda_sig)(_made(text, changes=_compiled_changes()))
    address = right.address
    lsoda = numbalsoda.lsoda

    @njit
    def every(start, own, grid, tolerance, kept):
        for child in range(start.shape[1]):
            u0 = start[:, child].copy()
            mine = own[:, child].copy()
            values, fine = lsoda(address, u0, grid, mine, tolerance, tolerance)
            if fine:
                kept[child] = values
            else:
                kept[child] = np.nan

    def solve(tolerance: float) -> Floats:
        kept = np.empty((start.shape[1], grid.size, STATES))
        every(start, own, grid, tolerance, kept)
        return kept

    solve.keep = right  # the compiled function must outlive this one's making
    solve(1e-3)
    return solve


def _scipy_right(cells: Floats) -> tuple[Any, Floats]:
    from numba import njit

    text = _arguments("def made(t, y, p):\n    return np.array(changes(t, STATES, OWN))\n")
    return njit(_made(text, changes=_compiled_changes(), np=np)), with_constants(cells)


def scipy_lsoda(start: Floats, cells: Floats, grid: Floats) -> Solve:
    from scipy.integrate import solve_ivp

    right, own = _scipy_right(cells)

    def solve(tolerance: float) -> Floats:
        kept = np.full((start.shape[1], grid.size, STATES), np.nan)
        for child in range(start.shape[1]):
            course = solve_ivp(
                right,
                (0.0, grid[-1]),
                start[:, child],
                method="LSODA",
                t_eval=grid,
                rtol=tolerance,
                atol=tolerance,
                args=(own[:, child].copy(),),
            )
            kept[child, : course.y.shape[1]] = course.y.T
        return kept

    return solve


def scipy_odeint(start: Floats, cells: Floats, grid: Floats) -> Solve:
    from scipy.integrate import odeint

    right, own = _scipy_right(cells)

    def solve(tolerance: float) -> Floats:
        kept = np.empty((start.shape[1], grid.size, STATES))
        for child in range(start.shape[1]):
            kept[child] = odeint(
                right,
                start[:, child],
                grid,
                args=(own[:, child].copy(),),
                tfirst=True,
                rtol=tolerance,
                atol=tolerance,
                mxstep=100_000,
            )
        return kept

    return solve


def libroadrunner_cvode(start: Floats, cells: Floats, grid: Floats) -> Solve:
    import roadrunner

    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
    first = SbmlChild(
        start=dict(zip(CELL_STATES, start[:, 0].tolist(), strict=True)),
        cells=dict(zip(CELL_PARAMETERS, cells[:, 0].tolist(), strict=True)),
        infusion_day=0.0,
    )
    peer = roadrunner.RoadRunner(sbml_text(first))
    peer.timeCourseSelections = list(CELL_STATES)
    names = [*CELL_PARAMETERS, *(f"{name}_at_infusion" for name in CELL_STATES)]
    of_child = np.vstack([cells, start])

    def solve(tolerance: float) -> Floats:
        peer.integrator.setValue("relative_tolerance", tolerance)
        peer.integrator.setValue("absolute_tolerance", tolerance)
        peer.integrator.setValue("maximum_num_steps", 100_000)
        kept = np.empty((start.shape[1], grid.size, STATES))
        for child in range(start.shape[1]):
            peer.resetAll()
            for name, number in zip(names, of_child[:, child].tolist(), strict=True):
                peer.setValue(name, number)
            for name, number in zip(CELL_STATES, start[:, child].tolist(), strict=True):
                peer.setValue(name, number)
            kept[child] = peer.simulate(times=grid.tolist())
        return kept

    return solve


def _diffsl() -> str:
    """The model in DiffSL, the language of pydiffsol, in which an underscore begins an index."""
    changes = written(cell_changes, {})
    inputs = [*CELL_PARAMETERS, *CELL_CONSTANTS, *(f"{name}_begins" for name in CELL_STATES)]
    lines = ["in# {", *(f"    {name} = 1," for name in inputs), "}"]
    lines += ["u# {", *(f"    {name} = {name}_begins," for name in CELL_STATES), "}"]
    lines += ["day { t }"]
    lines += [f"{name} {{ {text} }}" for name, text in changes.lines]
    lines += ["F# {", *(f"    {text}," for text in changes.given), "}"]
    return "\n".join(lines).replace("ln(", "log(").replace("_", "").replace("#", "_i")


def _pydiffsol(method: str) -> Callable[[Floats, Floats, Floats], Solve]:
    def peer(start: Floats, cells: Floats, grid: Floats) -> Solve:
        import pydiffsol

        given = np.vstack([with_constants(cells), start])
        ode = pydiffsol.Ode(_diffsl(), matrix_type=pydiffsol.nalgebra_dense)
        ode.ode_solver = getattr(pydiffsol, method)

        def solve(tolerance: float) -> Floats:
            ode.rtol = tolerance
            ode.atol = tolerance
            kept = np.empty((start.shape[1], grid.size, STATES))
            for child in range(start.shape[1]):
                found = ode.solve_dense(given[:, child].copy(), grid)
                kept[child] = np.asarray(found.ys).T
            return kept

        return solve

    return peer


pydiffsol_bdf = _pydiffsol("bdf")
pydiffsol_tsit45 = _pydiffsol("tsit45")


def _diffrax(method: str) -> Callable[[Floats, Floats, Floats], Solve]:
    def peer(start: Floats, cells: Floats, grid: Floats) -> Solve:
        import jax

        jax.config.update("jax_enable_x64", True)
        import diffrax
        import jax.numpy as jnp

        names = {**equations.__dict__, "exp": jnp.exp, "log": jnp.log}
        changes = FunctionType(cell_changes.__code__, names)
        own = jnp.asarray(with_constants(cells).T)
        begun = jnp.asarray(start.T)
        term = diffrax.ODETerm(
            lambda t, y, p: jnp.stack(changes(t, *(y[i] for i in range(STATES)), *p))
        )
        solver = getattr(diffrax, method)()

        def one(y0: Any, p: Any, tolerance: Any) -> Any:
            return diffrax.diffeqsolve(
                term,
                solver,
                0.0,
                grid[-1],
                0.1,
                y0,
                args=tuple(p[i] for i in range(OWN)),
                saveat=diffrax.SaveAt(ts=jnp.asarray(grid)),
                stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
                max_steps=100_000,
                throw=False,
            ).ys

        every = jax.jit(jax.vmap(one, in_axes=(0, 0, None)))

        def solve(tolerance: float) -> Floats:
            return np.asarray(every(begun, own, tolerance))

        solve(1e-3)
        return solve

    return peer


diffrax_tsit5 = _diffrax("Tsit5")
diffrax_kvaerno5 = _diffrax("Kvaerno5")

# Who runs, on how many children (each is timed a child; slow ones on fewer), at which tolerances.
PEERS: dict[str, tuple[Callable[[Floats, Floats, Floats], Solve], int, tuple[float, ...]]] = {
    "cartulary lanes": (ours, 1024, (1e-5, 5e-6, 2e-6)),
    "numbalsoda LSODA": (numbalsoda_lsoda, 256, (1e-6, 1e-7, 1e-8)),
    "pydiffsol BDF": (pydiffsol_bdf, 64, (1e-7, 1e-8, 1e-9)),
    "pydiffsol tsit45": (pydiffsol_tsit45, 64, (1e-6, 1e-7, 1e-8)),
    "libRoadRunner CVODE": (libroadrunner_cvode, 64, (1e-7, 1e-8, 1e-9)),
    "diffrax Tsit5": (diffrax_tsit5, 64, (1e-6, 1e-7, 1e-8)),
    "diffrax Kvaerno5": (diffrax_kvaerno5, 32, (1e-7, 1e-8)),
    "SciPy odeint, compiled": (scipy_odeint, 32, (1e-6, 1e-7, 1e-8)),
    "SciPy LSODA, compiled": (scipy_lsoda, 16, (1e-6, 1e-7, 1e-8)),
}
