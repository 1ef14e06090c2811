"""First names for the people in problems; a change of them changes the problems of every seed."""

from __future__ import annotations

_TEXT = (
    "Ada Aldo Alma Amir Anton Asta Basil Bea Boris Bruno Carla Cem Clara Cyril Dana Dario Delia Dmitri Edda Egon Elif "
    "Emil Enzo Esra Ezra Fabio Fatma Felix Flora Franz Gero Gina Greta Gustav Hanna Heiko Hilda Hugo Ida Igor Ilse "
    "Imran Irma Ivo Jana Jens Jonas Judit Kai Karin Kemal Klara Kosta Lars Leila Lena Leo Livia Luca Mara Marek Mia "
    "Milan Nadia Nero Nico Nora Olaf Olga Omar Oskar Paula Pavel Petra Pia Quentin Rafael Rita Rosa Rufus Sabine Selma "
    "Silas Sonja Tamar Theo Tilda Tomas Ulf Ursula Vera Viktor Vito Wanda Wim Xenia Yann Yusuf Zita Zoran"
)

NAMES = tuple(_TEXT.split())
