"""A source and a delivery that do everything wrong; the address says what."""

import sys
import time
from itertools import count

from recommender import DeliveryError, Paper


def papers(address, day):
    match address:
        case "raises":
            raise RuntimeError("no such table\n\x1b[31m")
        case "ends":
            sys.exit(3)
        case "hangs":
            time.sleep(60)
        case "endless":
            return (Paper(f"doi:10.1000/{number}", f"Paper {number}", "") for number in count())
        case "nothing":
            return None
        case "text":
            return "papers"
        case "prints":
            print("as if it were an answer")
            return [Paper("2005.90006", "Printed", "")]
        case "nonsense":
            return [Paper("", "No Id", ""), Paper("doi:10.1000/x", None, ""), {"id": "2005.90003"}, 7]
        case "half":
            return [
                Paper("2005.90004", "One \x1b[31mof\u202e Two", "Fusion", ("A\nB",)),
                Paper("x\ny", "Bad Id", ""),
                Paper("2005.90005", "No Tuple", "", ["A"]),
                Paper("2005.90004", "Twice", ""),
            ]
    return []


def deliver(message, recipients, address):
    match address:
        case "raises":
            raise RuntimeError("half of it went out")
        case "refuses":
            raise DeliveryError("the channel is closed")
        case "hangs":
            time.sleep(60)
        case "ends":
            sys.exit(3)
        case "changes":
            message["X-Changed"] = "yes"
    return object() if address == "nonsense" else None
