namespace MarketLoop.Learning.Clustering;

/// <summary>What one start of k-means ended with, on centred rows.</summary>
/// <param name="Centroids">k x d, row-major.</param>
/// <param name="Sizes">Rows of each cluster; 0 where one ran empty.</param>
/// <param name="Inertia">Sum of squared distances.</param>
/// <param name="Iterations">Iterations (or batches) used.</param>
/// <param name="HasConverged">Whether it settled before they ran out.</param>
/// <param name="Offset">What centring took off each column.</param>
internal sealed record ClusterFit(float[] Centroids, int[] Sizes, double Inertia, int Iterations, bool HasConverged, double[] Offset);
