"""The story of one child: from enrolment to the good-bye, as the people in it see it."""
