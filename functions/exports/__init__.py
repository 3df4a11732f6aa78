"""Exports of a person's own data: asked for, written by a schedule, downloaded by nobody else."""
