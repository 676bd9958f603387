"""What goes wrong at a company, family by family: titles and threads that belong together."""

from app.demo.families import (
    accounts,
    hardware,
    meetings,
    network,
    outages,
    pay,
    printing,
    software,
    workplace,
)

EVERYDAY = (
    *accounts.FAMILIES,
    *hardware.FAMILIES,
    *software.FAMILIES,
    *network.FAMILIES,
    *printing.FAMILIES,
    *meetings.FAMILIES,
    *workplace.FAMILIES,
    *pay.FAMILIES,
)
OUTAGES = outages.FAMILIES
