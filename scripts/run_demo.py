"""`make run`: the live window or, with no display, ten seconds of the demo into result.mp4 and result.png."""

from ui.demo_run import main

if __name__ == "__main__":
    main()
