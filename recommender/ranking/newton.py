"""A solver for logistic regression: Newton's method with conjugate gradients."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.sparse import HStack

TOLERANCE = 1e-6  # largest part of the gradient per sample weight: log-odds are then right to about 0.001
_FORCING = 0.3  # residual at which a Newton step is accepted, relative to the gradient
_MAX_STEPS, _MAX_ITERATIONS = 50, 100  # Newton steps, and conjugate gradient iterations per step; never reached so far
_ARMIJO = 1e-4  # line search: least decrease of the loss, as a share of what the slope predicts
_MIN_STEP = 1e-6  # line search: shortest step


def fit_logistic(features: HStack, target: NDArray[Any], weight: NDArray[Any], c: float) -> NDArray[Any]:
    """The coefficients w that minimise Σ weight · log-loss + ‖w‖² / 2c; the intercept is not penalised.

    The minimum of scikit-learn's LogisticRegression, found in a fraction of its time by truncated Newton: each step is
    solved by conjugate gradients, which need only products with the features (Lin, Weng and Keerthi, "Trust Region
    Newton Method for Large-Scale Logistic Regression", 2008, section 2). L-BFGS takes twice as many products.

    The minimum, and each step to it, is featuresᵀ · a vector with one number per row (Kimeldorf and Wahba, "Some
    Results on Tchebycheffian Spline Functions", 1971). So the solver knows vectors by their number per row ("dual"):
    there are far fewer rows than features.

    Args:
        features: rows × features.
        target: 0 or 1 for each row.
        weight: sample weight of each row; 0 leaves it out.
        c: inverse strength of the L2 penalty.

    Returns:
        One coefficient per feature, without the intercept.
    """
    dual, margins = np.zeros((2, len(target)))  # margins: features · coefficients + intercept
    squared_length = 0.0  # of the coefficients
    loss = _loss(margins, squared_length, target, weight, c)
    for _ in range(_MAX_STEPS):
        probabilities = 0.5 + 0.5 * np.tanh(margins / 2)
        errors, curvature = weight * (probabilities - target), weight * probabilities * (1 - probabilities)
        # The intercept is eliminated from the equations: its best value follows from the other coefficients.
        intercept_step = errors.sum() / curvature.sum()
        gradient = errors - intercept_step * curvature + dual / c
        by_feature = features.rmatvec(gradient)
        if max(np.abs(by_feature).max(initial=0), abs(errors.sum())) <= TOLERANCE * weight.sum():
            break
        step, step_margins = _newton_step(features, curvature, gradient, features.dot(by_feature), c)
        along, step_squared = float(dual @ step_margins), float(step @ step_margins)  # coefficients · step, step · step
        margin_step = step_margins - intercept_step - curvature @ step_margins / curvature.sum()
        slope = errors @ margin_step + along / c
        length = 1.0
        while True:  # backtracking line search
            new_margins = margins + length * margin_step
            new_squared_length = squared_length + 2 * length * along + length**2 * step_squared
            new_loss = _loss(new_margins, new_squared_length, target, weight, c)
            if new_loss <= loss + _ARMIJO * length * slope:
                break
            length /= 2
            if length < _MIN_STEP:  # what is left to gain is below the rounding error
                return features.rmatvec(dual)
        dual, margins, squared_length, loss = dual + length * step, new_margins, new_squared_length, new_loss
    return features.rmatvec(dual)


def _newton_step(
    features: HStack, curvature: NDArray[Any], gradient: NDArray[Any], gradient_margins: NDArray[Any], c: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    """An approximate solution of Hessian · step = -gradient, by conjugate gradients: dual, and features · step.

    Args:
        gradient, gradient_margins: the same of the gradient.
    """
    step, step_margins = np.zeros((2, len(gradient)))
    residual, residual_margins = -gradient, -gradient_margins.astype(np.float64)
    direction, margins = residual, residual_margins
    squared = float(residual @ residual_margins)
    tolerance = _FORCING**2 * squared
    for _ in range(_MAX_ITERATIONS):
        if squared <= tolerance:
            break
        product = curvature * (margins - curvature @ margins / curvature.sum()) + direction / c  # Hessian · direction
        length = squared / float(margins @ product)
        step, step_margins = step + length * direction, step_margins + length * margins
        residual = residual - length * product
        residual_margins = residual_margins - length * features.dot(features.rmatvec(product))
        previous, squared = squared, float(residual @ residual_margins)
        direction = residual + squared / previous * direction
        margins = residual_margins + squared / previous * margins
    return step, step_margins


def _loss(margins: NDArray[Any], squared_length: float, target: NDArray[Any], weight: NDArray[Any], c: float) -> float:
    log_loss = np.logaddexp(0, np.where(target == 1, -margins, margins))
    return float(weight @ log_loss + squared_length / (2 * c))
